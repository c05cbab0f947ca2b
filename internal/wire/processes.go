package wire

func processOperations() []operation { return nil }
