/// Where the value of an option came from.
public enum OptionSource: Equatable, Sendable {
  case argument, environment, byDefault
}

/// What the arguments and the environment came to.
public struct ParsedOptions: Sendable {
  /// The path of the command that was called.
  public let command: [String]
  /// The connection URL that came by place, in programs that take one.
  public let connectionURL: String?
  /// What came by place behind the command's words.
  public let operands: [String]
  let values: [String: OptionValue]
  let sources: [String: OptionSource]

  /// The value of `option`: from the arguments, else from the environment, else its default. An option that
  /// the command does not have reads as its default.
  public subscript<Value>(_ option: Option<Value>) -> Value {
    values[option.definition.name].flatMap(option.decode) ?? option.defaultValue
  }

  /// Where the value of `option` came from.
  public func source(of option: some DeclaredOption) -> OptionSource {
    sources[option.definition.name] ?? .byDefault
  }
}
