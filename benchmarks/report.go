package main

func writeReportFile(file string, r *results) error { return nil }
