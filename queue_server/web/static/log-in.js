// Shows the password to whoever types it and wants to see it.
const box = document.getElementById("show-password");
const password = document.querySelector("[name=password]");

box.addEventListener("change", () => { password.type = box.checked ? "text" : "password"; });
password.form.addEventListener("submit", () => { password.type = "password"; });
