internal import Bytes
internal import EventLoop
internal import Glibc

/// Writes the heads of responses.
struct ResponseHead: ~Copyable {
  /// Seconds since 1970.
  private let clock: () -> Int
  private var date = ByteBuffer(capacity: 64)
  private var dateSecond: Int = -1

  /// Writes heads with the time of `clock`, the system's own if left out.
  init(clock: @escaping () -> Int = { time(nil) }) { self.clock = clock }

  /// Writes one head. A `length` of nil is left out, as it must be where the status forbids a body.
  mutating func write(
    _ status: Status, type: StaticString, length: Int?, headers: [Header], request: borrowing Request,
    closes: Bool, to buffer: inout ByteBuffer
  ) {
    buffer.append("HTTP/1.1 ")
    buffer.append(decimal: Int64(status.code))
    buffer.append(" ")
    buffer.append(status.reason)
    appendDate(to: &buffer)
    if type.utf8CodeUnitCount > 0 {
      buffer.append("\r\nContent-Type: ")
      buffer.append(type)
    }
    if let length {
      buffer.append("\r\nContent-Length: ")
      buffer.append(decimal: Int64(length))
    }
    buffer.append("\r\nX-Request-Id: ")
    request.identifier.withBytes { buffer.append($0) }
    for header in headers {
      buffer.append("\r\n")
      buffer.append(header.name)
      buffer.append(": ")
      append(value: header.value, to: &buffer)
    }
    if closes {
      buffer.append("\r\nConnection: close")
    } else if request.head.isHTTP10 {
      buffer.append("\r\nConnection: keep-alive")
    }
    buffer.append("\r\n\r\n")
  }

  /// A line break in a value would let its author write the rest of the head, so control characters become blanks.
  private func append(value: String, to buffer: inout ByteBuffer) {
    for byte in value.utf8 { buffer.append(ASCII.isFieldContent(byte) ? byte : ASCII.space) }
  }

  /// `Date`, made anew once a second.
  private mutating func appendDate(to buffer: inout ByteBuffer) {
    let now = clock()
    if now != dateSecond {
      dateSecond = now
      date.removeAll()
      date.append("\r\nDate: ")
      date.append(httpDate: now)
    }
    date.withBytes { buffer.append($0) }
  }
}

extension ByteBuffer {
  /// `Sun, 06 Nov 1994 08:49:37 GMT` for seconds since 1970.
  mutating func append(httpDate seconds: Int) {
    let weekdays: StaticString = "ThuFriSatSunMonTueWed"
    let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    let day = seconds / 86_400
    let second = UInt64(seconds % 86_400)
    let date = CivilDate(daysSince1970: day)
    append(UnsafeRawBufferPointer(start: weekdays.utf8Start + day % 7 * 3, count: 3))
    append(", ")
    append(decimal: UInt64(date.day), width: 2)
    append(" ")
    append(UnsafeRawBufferPointer(start: months.utf8Start + (date.month - 1) * 3, count: 3))
    append(" ")
    append(decimal: UInt64(date.year), width: 4)
    append(" ")
    append(decimal: second / 3600, width: 2)
    append(":")
    append(decimal: second / 60 % 60, width: 2)
    append(":")
    append(decimal: second % 60, width: 2)
    append(" GMT")
  }
}
