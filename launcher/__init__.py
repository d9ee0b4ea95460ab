"""`jiaohao-hall`: starts and watches a whole hall on one machine. It knows the programs by their command lines only."""
