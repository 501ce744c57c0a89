[(step) (answer)] @fold
