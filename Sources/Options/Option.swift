/// An option, declared once: its data, and the type that its value is read as.
///
///     static let rows = Option.integer("rows", default: 10_000, in: 1...Int.max, help: "rows to make")
///     …
///     let count = parsed[rows]
///
/// A setting's environment variable is `ROSTER_` and its name unless `env` says otherwise; actions have none.
public struct Option<Value: Sendable>: DeclaredOption {
  /// The option as data.
  public private(set) var definition: OptionDefinition
  /// What holds where neither the arguments nor the environment say anything.
  public let defaultValue: Value
  let decode: @Sendable (OptionValue) -> Value?

  init(
    _ name: String, short: Character?, placeholder: String?, env: String?, defaultText: String?,
    help: String, kind: OptionKind, isSecret: Bool = false, default defaultValue: Value,
    decode: @escaping @Sendable (OptionValue) -> Value?
  ) {
    definition = OptionDefinition(
      name: name, short: short, placeholder: placeholder,
      environment: kind == .action ? nil : env ?? OptionDefinition.defaultEnvironment(name),
      defaultText: defaultText, help: help, kind: kind, isSecret: isSecret)
    self.defaultValue = defaultValue
    self.decode = decode
  }

  /// The same with whole sentences for the manual page, where there is more to say than the help has room for.
  public func explained(_ sentences: String) -> Option {
    var explained = self
    explained.definition.explanation = sentences
    return explained
  }
}

extension Option where Value == Bool {
  /// Something to do, off unless asked for.
  public static func action(_ name: String, short: Character? = nil, help: String) -> Option {
    Option(
      name, short: short, placeholder: nil, env: nil, defaultText: nil, help: help, kind: .action,
      default: false, decode: \.flag)
  }

  /// A setting that is on or off, and off by default: `--bom`, `--bom=false`, `ROSTER_BOM=true`.
  public static func toggle(
    _ name: String, short: Character? = nil, env: String? = nil, help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: nil, env: env, defaultText: "off", help: help, kind: .toggle,
      default: false, decode: \.flag)
  }
}

extension Option where Value == Int {
  /// A whole number within `bounds`. `shownDefault` replaces the number in the help, as in "one per core".
  public static func integer(
    _ name: String, short: Character? = nil, env: String? = nil, default value: Int,
    shownDefault: String? = nil, in bounds: ClosedRange<Int>, placeholder: String = "N", help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: placeholder, env: env, defaultText: shownDefault ?? "\(value)",
      help: help, kind: .integer(bounds), default: value, decode: \.integer)
  }

  /// A number of bytes within `bounds`, written like `32MiB`, `64k` or `1000`.
  public static func size(
    _ name: String, short: Character? = nil, env: String? = nil, default value: Int,
    in bounds: ClosedRange<Int>, placeholder: String = "SIZE", help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: placeholder, env: env, defaultText: formatSize(value), help: help,
      kind: .size(bounds), default: value, decode: \.integer)
  }
}

extension Option where Value == Int? {
  /// A whole number within `bounds` that may be left out; `shownDefault` says in the help what holds then.
  public static func integer(
    _ name: String, short: Character? = nil, env: String? = nil, shownDefault: String? = nil,
    in bounds: ClosedRange<Int>, placeholder: String = "N", help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: placeholder, env: env, defaultText: shownDefault, help: help,
      kind: .integer(bounds), default: nil, decode: \.integer)
  }
}

extension Option where Value == String {
  /// A text.
  public static func text(
    _ name: String, short: Character? = nil, env: String? = nil, default value: String,
    placeholder: String, help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: placeholder, env: env, defaultText: value, help: help, kind: .text,
      default: value, decode: \.text)
  }

  /// One word out of `words`.
  public static func choice(
    _ name: String, short: Character? = nil, env: String? = nil, default value: String,
    of words: [String], help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: words.joined(separator: "|"), env: env, defaultText: value,
      help: help, kind: .choice(words), default: value, decode: \.text)
  }
}

extension Option where Value == String? {
  /// A text that may be left out; `shownDefault` says in the help what holds then.
  public static func text(
    _ name: String, short: Character? = nil, env: String? = nil, shownDefault: String? = nil,
    placeholder: String, help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: placeholder, env: env, defaultText: shownDefault, help: help,
      kind: .text, default: nil, decode: \.text)
  }

  /// A text that nobody else may see, such as a key or a connection URL: it is overwritten in `argv` as soon
  /// as it is read and no message quotes it.
  public static func secret(
    _ name: String, short: Character? = nil, env: String? = nil, placeholder: String, help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: placeholder, env: env, defaultText: nil, help: help, kind: .text,
      isSecret: true, default: nil, decode: \.text)
  }
}

extension Option where Value == Duration {
  /// A span of time within `bounds`, written like `500ms`, `30s`, `5m`, `1h` or `30` (seconds).
  public static func duration(
    _ name: String, short: Character? = nil, env: String? = nil, default value: Duration,
    in bounds: ClosedRange<Duration>, placeholder: String = "TIME", help: String
  ) -> Option {
    Option(
      name, short: short, placeholder: placeholder, env: env,
      defaultText: formatDuration(value.wholeMilliseconds), help: help,
      kind: .duration(bounds.lowerBound.wholeMilliseconds...bounds.upperBound.wholeMilliseconds),
      default: value, decode: { $0.milliseconds.map { .milliseconds($0) } })
  }
}

extension OptionValue {
  var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
  var milliseconds: Int? { if case .milliseconds(let value) = self { value } else { nil } }
}
