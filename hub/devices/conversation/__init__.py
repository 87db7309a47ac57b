"""The parts of talking with a gateway: how long its frames are on their way, and questions to it."""
