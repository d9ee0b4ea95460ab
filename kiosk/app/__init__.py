"""The Kivy program that runs a role on a machine with a screen."""
