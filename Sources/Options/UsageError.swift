internal import Bytes

/// A mistake in how a program was called. Its description is one line that says what is wrong and how to put
/// it right; the program prints it and exits 2.
public struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error with this message; what would break the line is shown as `\u{…}`.
  public init(_ message: String) {
    description = oneLine(message)
  }
}

/// `text` without control characters, which a hostile argument could carry into a terminal or a log.
func oneLine(_ text: String) -> String {
  var line = ""
  for scalar in text.unicodeScalars {
    if scalar.isUnprintable {
      line += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return line
}

/// `text` in quotes, cut short if it is long, for a message.
func quoted(_ text: String) -> String {
  text.count > 60 ? "\"\(text.prefix(57))…\"" : "\"\(text)\""
}
