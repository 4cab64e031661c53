internal import Bytes
internal import EventLoop
internal import Glibc

/// Writes the heads of responses.
struct ResponseHead: ~Copyable {
  private var date = ByteBuffer(capacity: 64)
  private var dateSecond: Int = -1

  mutating func write(
    _ status: Status, type: StaticString, length: Int, headers: [Header], request: borrowing Request,
    closes: Bool,
    to buffer: inout ByteBuffer
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
    // RFC 9110: 204 has no length.
    if status.code != 204 {
      buffer.append("\r\nContent-Length: ")
      buffer.append(decimal: Int64(length))
    }
    buffer.append("\r\nX-Request-Id: ")
    request.identifier.withBytes { buffer.append($0) }
    for header in headers {
      buffer.append("\r\n")
      buffer.append(header.name)
      buffer.append(": ")
      // A line break in a value would let its author write the rest of the head.
      buffer.append(text: String(header.value.filter { !$0.isNewline }))
    }
    if closes {
      buffer.append("\r\nConnection: close")
    } else if request.head.isHTTP10 {
      buffer.append("\r\nConnection: keep-alive")
    }
    buffer.append("\r\n\r\n")
  }

  /// `Date`, made anew once a second.
  private mutating func appendDate(to buffer: inout ByteBuffer) {
    let now = time(nil)
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
