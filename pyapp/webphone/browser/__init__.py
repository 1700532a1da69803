"""The only room with JavaScript in it: sockets, sound, the screen, the clock."""
