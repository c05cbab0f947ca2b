package npz

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"strings"
)

// dtype is how one number lies in a file. decode takes the first size bytes
// of its argument; its second result is what is wrong with the value, or "".
type dtype struct {
	size   int
	decode func([]byte) (float64, string)
}

// dtypes holds every descr that is read.
var dtypes = allDTypes()

func allDTypes() map[string]dtype {
	all := map[string]dtype{
		"|b1": {1, boolean},
		"|i1": {1, func(b []byte) (float64, string) { return float64(int8(b[0])), "" }},
		"|u1": {1, func(b []byte) (float64, string) { return float64(b[0]), "" }},
	}
	for mark, order := range map[string]binary.ByteOrder{"<": binary.LittleEndian, ">": binary.BigEndian} {
		all[mark+"f4"] = dtype{4, func(b []byte) (float64, string) {
			return float64(math.Float32frombits(order.Uint32(b))), ""
		}}
		all[mark+"f8"] = dtype{8, func(b []byte) (float64, string) { return math.Float64frombits(order.Uint64(b)), "" }}
		all[mark+"i2"] = dtype{2, func(b []byte) (float64, string) { return float64(int16(order.Uint16(b))), "" }}
		all[mark+"i4"] = dtype{4, func(b []byte) (float64, string) { return float64(int32(order.Uint32(b))), "" }}
		all[mark+"i8"] = dtype{8, func(b []byte) (float64, string) { return signed(int64(order.Uint64(b))) }}
		all[mark+"u2"] = dtype{2, func(b []byte) (float64, string) { return float64(order.Uint16(b)), "" }}
		all[mark+"u4"] = dtype{4, func(b []byte) (float64, string) { return float64(order.Uint32(b)), "" }}
		all[mark+"u8"] = dtype{8, func(b []byte) (float64, string) { return unsigned(order.Uint64(b)) }}
	}
	return all
}

func boolean(b []byte) (float64, string) {
	if b[0] > 1 {
		return 0, fmt.Sprintf("is the byte %d, want a boolean, 0 or 1", b[0])
	}
	return float64(b[0]), ""
}

// exactIntegers is 2^53: up to here every integer is a float64.
const exactIntegers = 1 << 53

func signed(x int64) (float64, string) {
	if x < -exactIntegers || x > exactIntegers {
		return 0, fmt.Sprintf("is %d, beyond the integers ±2^53 that float64 holds exactly", x)
	}
	return float64(x), ""
}

func unsigned(x uint64) (float64, string) {
	if x > exactIntegers {
		return 0, fmt.Sprintf("is %d, beyond the integers ±2^53 that float64 holds exactly", x)
	}
	return float64(x), ""
}

// supported lists the dtypes for an error message.
func supported() string {
	var names []string
	for name := range dtypes {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}
