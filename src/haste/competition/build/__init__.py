"""Making the bundled competitions out of data that ships inside installed packages. Needs the extra `build`."""
