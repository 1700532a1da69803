"""Every sentence that a person reads or hears, a language a file."""
