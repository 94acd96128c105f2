package main

func Example() {
	main()
	// Output:
	// drizzle: these are its tables, presets.Drizzle opens them.
	// Synchronize would run 0 statements.
	// Auth.js has signed in Ada Lovelace
	// Go's session ends at the integer 4922380798765, as Drizzle would have it
}
