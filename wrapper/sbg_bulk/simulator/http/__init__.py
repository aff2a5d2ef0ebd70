"""The service over HTTP: the ASGI application, the control address and the page."""
