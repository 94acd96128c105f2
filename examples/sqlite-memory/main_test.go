package main

func Example() {
	main()
	// Output:
	// Ada signs in with Google: a user, an account, a session. Who is at the laptop? Ada.
	// She links GitHub. Whose account is that? Ada's.
	// She opens a magic link on the phone: signed in.
	// Somebody opens it again: refused.
	// To this application she is a reader with 36 points.
	// She signs out. Who is at the laptop? Nobody.
	// A month goes by. Who is at the phone? Nobody: the session has expired.
	// Ada is deleted, with all that is hers. Whose is the GitHub account? Nobody's.
	// Who is at the phone? Nobody.
}
