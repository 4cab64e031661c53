/// What the value of an option looks like, and which values are allowed.
public enum OptionKind: Equatable, Sendable {
  /// Something to do, such as `--replace`: no value, and never set by the environment.
  case action
  /// A setting that is on or off: `--bom`, `--bom=false`.
  case toggle
  /// A whole number.
  case integer(ClosedRange<Int>)
  /// Any text that is not empty.
  case text
  /// One of these words.
  case choice([String])
  /// A number of bytes, such as `32MiB`.
  case size(ClosedRange<Int>)
  /// A span of time, such as `30s`; the bounds are in milliseconds.
  case duration(ClosedRange<Int>)
}

/// A value that was read, by its kind.
public enum OptionValue: Equatable, Sendable {
  /// An action that was asked for, or a toggle.
  case flag(Bool)
  /// A number, or a size in bytes.
  case integer(Int)
  /// A text, or a word out of a choice.
  case text(String)
  /// A span of time in milliseconds.
  case milliseconds(Int)
}
