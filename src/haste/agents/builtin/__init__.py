"""The built-in engineer: writes stand-alone scripts out of a catalogue of techniques. No language model, no I/O."""
