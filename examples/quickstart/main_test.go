package main

func Example() {
	main()
	// Output:
	// secret is the cookie of Ada
	// Secret is nobody's cookie
}
