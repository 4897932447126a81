"""The laboratory cluster; see ../README.md."""
