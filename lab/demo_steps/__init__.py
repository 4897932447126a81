"""The parts of lab/demo, also used by tests/e2e."""
