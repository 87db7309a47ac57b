"""All that both sides share: topics, envelope, acknowledgement, heartbeat. No I/O."""
