package authdb

// A Field is one member of a patch. Its zero value leaves the stored value as
// it is; [Set] and [Null] make the others.
type Field[T any] struct {
	value T
	state fieldState
}

type fieldState uint8

const (
	leave fieldState = iota
	null
	set
)

// Set returns a Field that stores v. An empty string, and the integer 0, is
// Null: the records have no other spelling for it.
func Set[T any](v T) Field[T] {
	switch x := any(v).(type) {
	case string:
		if x == "" {
			return Null[T]()
		}
	case int64:
		if x == 0 {
			return Null[T]()
		}
	}
	return Field[T]{v, set}
}

// Null returns a Field that stores SQL NULL.
func Null[T any]() Field[T] { return Field[T]{state: null} }

// IsSet reports whether the patch changes the member, be it to NULL.
func (f Field[T]) IsSet() bool { return f.state != leave }

// IsNull reports whether the patch stores NULL.
func (f Field[T]) IsNull() bool { return f.state == null }

// Value returns what the patch stores: the zero value if it stores NULL, or
// nothing.
func (f Field[T]) Value() T { return f.value }

// apply changes a member as the patch says.
func (f Field[T]) apply(member *T) {
	if f.IsSet() {
		*member = f.value
	}
}
