"""Services on the web that give out their content through an interface of their own; each plain file is one."""
