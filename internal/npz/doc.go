// Package npz returns the arrays of a NumPy archive (.npz) as float64 numbers
// in row-major order, or an error that names archive and array.
//
//	archive, err := npz.Open("networks/trained.npz")
//	…
//	defer archive.Close()
//	m, err := archive.Array("m") // m.Shape, m.Data, m.DType
//
// # Format
//
// An archive is a zip file, its members stored or deflated; the member
// "m.npy" is the array "m". Members without the suffix .npy are no arrays and
// are passed over. A .npy member is a magic string, a format version (1.0, 2.0
// or 3.0), a Python dictionary literal with exactly the keys descr,
// fortran_order and shape, and the numbers in C or Fortran order. Read are
//
//	<f4 >f4 <f8 >f8                    floating point
//	|i1 <i2 >i2 <i4 >i4 <i8 >i8        signed integers
//	|u1 <u2 >u2 <u4 >u4 <u8 >u8        unsigned integers
//	|b1                                booleans, 0 or 1
//
// and every value is converted exactly.
//
// # Errors
//
// A fault of the data is an *Error. Refused are: what is no zip file or is
// truncated; duplicate members, members with a path in their name, encrypted
// members; a wrong checksum; a bad magic string or header; other dtypes, among
// them objects and records; a header that announces another size than the
// member has; NaN and infinities, and integers beyond 2^53, with their index.
//
// Nothing is allocated on the word of a header alone: the announced size is
// compared with the member's, the member's with what so many bytes of the file
// can expand to, and the numbers are then read in pieces. An array above
// MaxArrayBytes is refused.
package npz
