"""The server's side of MQTT: requests in, answers and states out."""
