// The forms of PostgreSQL's binary COPY: a row is a count of fields (int16) and then, for each, its length in
// bytes (int32, -1 for null) and the value as the type's receive function reads it; all big-endian.
// Source: "Binary Format" on the COPY page of the PostgreSQL manual.
public import Bytes

extension ByteBuffer {
  /// Adds what every stream begins with: the signature `PGCOPY\n\377\r\n\0`, no flags, no extension.
  @inlinable public mutating func appendCopyHeader() {
    appendCopy(room: 19) { writer in
      writer.write(bigEndian: 0x5047_434F_5059_0AFF as UInt64)
      writer.write(bigEndian: 0x0D0A_00 << 8 as UInt32)
      writer.write(bigEndian: 0 as UInt32)
      writer.write(bigEndian: 0 as UInt16)
      writer.write(0 as UInt8)
    }
  }

  /// Adds what every stream ends with: a row of -1 fields.
  @inlinable public mutating func appendCopyTrailer() {
    appendCopy(room: 2) { $0.write(bigEndian: UInt16.max) }
  }

  /// Lets `fill` write at most `room` bytes.
  @inlinable public mutating func appendCopy(room: Int, _ fill: (inout RawWriter) -> Void) {
    appendUnsafe(room: room + RawWriter.slack) { target in
      guard let start = target.baseAddress else { return 0 }
      var writer = RawWriter(start)
      fill(&writer)
      return writer.position - start
    }
  }
}

extension RawWriter {
  /// Bytes of a field that is no text, at most.
  @inlinable public static var copyFieldSize: Int { 12 }

  /// Begins a row of so many fields.
  @inlinable public mutating func write(copyRowOf fields: Int16) {
    write(bigEndian: fields)
  }

  /// Adds a null of any type.
  @inlinable public mutating func writeCopyNull() {
    write(bigEndian: UInt32.max)
  }

  /// Adds a `bigint`.
  @inlinable public mutating func write(copyInteger value: Int64) {
    write(bigEndian: 8 as UInt32)
    write(bigEndian: value)
  }

  /// Adds a `text`: UTF-8 without a NUL, below 2 GiB. Sixteen bytes more can be read behind it.
  @inlinable public mutating func write(copyText text: UnsafeRawBufferPointer) {
    write(bigEndian: UInt32(truncatingIfNeeded: text.count))
    if let start = text.baseAddress { write(chunksOf: start, count: text.count) }
  }

  /// Adds a `date`, in days since 2000-01-01.
  @inlinable public mutating func write(copyDate days: Int32) {
    write(bigEndian: UInt64(4) << 32 | UInt64(UInt32(bitPattern: days)))
  }

  /// Adds a `timestamptz`, in microseconds since 2000-01-01 00:00 UTC.
  @inlinable public mutating func write(copyTimestamp microseconds: Int64) {
    write(copyInteger: microseconds)
  }
}
