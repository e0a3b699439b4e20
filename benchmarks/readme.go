package main

import "context"

func updateReadme(ctx context.Context, file string) error { return nil }
