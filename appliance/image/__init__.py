"""`jiaohao-tech image`: makes the disk image of a terminal and the signed bundles that update it, out of Debian's own tools."""
