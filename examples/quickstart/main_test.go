package main

func Example() {
	main()
	// Output:
	// Ada is signed in
	// gormadapter: get session and user: authdb: not found
}
