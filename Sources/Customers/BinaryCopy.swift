// The forms of PostgreSQL's binary COPY: a row is a count of fields (int16) and then, for each, its length in
// bytes (int32, -1 for null) and the value as the type's receive function reads it; all big-endian.
// Source: "Binary Format" on the COPY page of the PostgreSQL manual.
public import Bytes

extension ByteBuffer {
  /// Adds what every stream begins with: the signature `PGCOPY\n\377\r\n\0`, no flags, no extension.
  @inlinable public mutating func appendCopyHeader() {
    append(bigEndian: 0x5047_434F_5059_0AFF as UInt64)
    append(bigEndian: 0x0D0A_00 << 8 as UInt32)
    append(bigEndian: 0 as UInt32)
    append(bigEndian: 0 as UInt16)
    append(0 as UInt8)
  }

  /// Adds what every stream ends with: a row of -1 fields.
  @inlinable public mutating func appendCopyTrailer() {
    append(bigEndian: UInt16.max)
  }

  /// Begins a row of so many fields.
  @inlinable public mutating func append(copyRowOf fields: Int16) {
    append(bigEndian: UInt16(bitPattern: fields))
  }

  /// Adds a null of any type.
  @inlinable public mutating func appendCopyNull() {
    append(bigEndian: UInt32.max)
  }

  /// Adds a `bigint`.
  @inlinable public mutating func append(copyInteger value: Int64) {
    append(length: 8, bigEndian: UInt64(bitPattern: value))
  }

  /// Adds a `text`: UTF-8 without a NUL, below 2 GiB.
  @inlinable public mutating func append(copyText text: UnsafeRawBufferPointer) {
    let room = text.count + 4
    appendUnsafe(room: room) { target in
      target.storeBytes(of: UInt32(truncatingIfNeeded: text.count).bigEndian, as: UInt32.self)
      if let start = text.baseAddress {
        (target.baseAddress! + 4).copyMemory(from: start, byteCount: text.count)
      }
      return room
    }
  }

  /// Adds a `date`, in days since 2000-01-01.
  @inlinable public mutating func append(copyDate days: Int32) {
    append(bigEndian: UInt64(4) << 32 | UInt64(UInt32(bitPattern: days)))
  }

  /// Adds a `timestamptz`, in microseconds since 2000-01-01 00:00 UTC.
  @inlinable public mutating func append(copyTimestamp microseconds: Int64) {
    append(length: 8, bigEndian: UInt64(bitPattern: microseconds))
  }

  @inlinable mutating func append(length: UInt32, bigEndian value: UInt64) {
    appendUnsafe(room: 12) { target in
      target.storeBytes(of: length.bigEndian, as: UInt32.self)
      target.storeBytes(of: value.bigEndian, toByteOffset: 4, as: UInt64.self)
      return 12
    }
  }

  @inlinable mutating func append(bigEndian value: some FixedWidthInteger) {
    let size = value.bitWidth / 8
    appendUnsafe(room: size) { target in
      target.storeBytes(of: value.bigEndian, as: type(of: value))
      return size
    }
  }
}
