"""Files that declare rights, out of archives and folders: `captures` reads them, `sorting` brings them in order."""
