package wire

func noisyOperations() []operation { return nil }
