"""Published file layouts as data, one reader and one writer for all of them (design: files)."""
