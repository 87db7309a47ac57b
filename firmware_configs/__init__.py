"""Device profiles, one TOML per model, under <kind>/<model>.toml."""
