// What panics of package reflect say: the method that was called, which is found among the callers.
package main

import (
	"fmt"
	"reflect"
)

type T struct{ a int }

func try(what string, f func()) {
	defer func() { fmt.Println(what, recover()) }()
	f()
}

func main() {
	v := reflect.ValueOf(T{1})
	try("len", func() { v.Len() })
	try("elem", func() { v.Elem() })
	try("int", func() { v.Int() })
	try("setint", func() { v.Field(0).SetInt(1) })
	try("field", func() { reflect.ValueOf(1).Field(0) })
	try("nf", func() { reflect.ValueOf(1).NumField() })
	try("mapkeys", func() { reflect.ValueOf(1).MapKeys() })
	try("mapindex", func() { reflect.ValueOf(1).MapIndex(v) })
	try("iface", func() { v.Field(0).Interface() })
	try("call", func() { v.Call(nil) })
	try("send", func() { v.Send(v) })
	try("zero", func() { reflect.Value{}.Type() })
	try("zero2", func() { reflect.Value{}.Elem() })
	try("set", func() { v.Set(v) })
	try("setlen", func() { reflect.ValueOf([]int{1}).SetLen(0) })
	try("close", func() { v.Close() })
	try("isnil", func() { v.IsNil() })
	try("ptr", func() { (*reflect.Value)(&v).Cap() })
	var f interface{ Bool() bool } = v
	try("iface", func() { f.Bool() })
	try("range", func() { reflect.ValueOf(1).MapRange().Next() })
	try("append", func() { reflect.Append(v, v) })
	try("copy", func() { reflect.Copy(v, v) })
	try("convert", func() { v.Convert(reflect.TypeFor[int]()) })
	try("method", func() { v.Method(3) })
	try("deferred", func() { defer v.Recv() })
}
