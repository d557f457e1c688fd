"""The MQTT language between scales and us."""
