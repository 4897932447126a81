"""The parts of lab/images/build."""
