"""Commands, one thin function each; `wiring` alone names concrete backends and reads the environment."""
