package main

func Example() {
	main()
	// Output:
	// Dry run:
	//   users: 2 of 2 moved (2 now), 0 expired, 0 refused
	//   accounts: 2 of 2 moved (2 now), 0 expired, 0 refused
	//   sessions: 1 of 3 moved (1 now), 1 expired, 1 refused
	//   links: 1 of 1 moved (1 now), 0 expired, 0 refused
	//   Session 3 is refused: no such user
	// While NextAuth 3 is in use:
	//   users: 2 of 2 moved (2 now), 0 expired, 0 refused
	//   accounts: 2 of 2 moved (2 now), 0 expired, 0 refused
	// After it has stopped:
	//   users: 2 of 2 moved (0 now), 0 expired, 0 refused
	//   accounts: 2 of 2 moved (0 now), 0 expired, 0 refused
	//   sessions: 1 of 3 moved (1 now), 1 expired, 1 refused
	//   links: 1 of 1 moved (1 now), 0 expired, 0 refused
	//   Session 3 is refused: no such user
	// Ada Lovelace is signed in, as user 1.
	// She could sign in with GitHub: ada@example.com.
	// The link that was sent before signs in bob@example.com.
}
