"""The hub put together: settings, wiring, HTTP and WebSocket, the command line."""
