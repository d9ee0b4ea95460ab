"""`jiaohao-tech`: what a technician does with disks: build an image, write it, name the terminal, look what a disk is."""
