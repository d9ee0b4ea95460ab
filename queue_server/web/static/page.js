import { follow } from "/static/live.js";

follow(document.body);
