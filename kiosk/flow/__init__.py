"""What the flows of all roles share. Pure: nothing here knows Kivy or MQTT."""
