/// Everything there is to say about one option, as data: the parser, the help, the completion and the manual
/// page are all made from it. A placeholder `FILE` or `PATH` is completed with the names of files, `FOLDER` with
/// those of folders.
public struct OptionDefinition: Equatable, Sendable {
  /// The long name without dashes.
  public var name: String
  /// One letter that stands for the name.
  public var short: Character?
  /// What stands for the value in the help, such as `N`; nil for an action.
  public var placeholder: String?
  /// The environment variable that sets it; nil for an action.
  public var environment: String?
  /// The default as the help shows it; nil if there is none.
  public var defaultText: String?
  /// A few words for the help, without a period at their end.
  public var help: String
  /// Whole sentences for the manual page, behind the help; empty if the help says all.
  public var explanation = ""
  /// Which values it takes.
  public var kind: OptionKind
  /// True for keys and passwords: never quoted, and overwritten in `argv`.
  public var isSecret: Bool

  /// True if the option takes no value or can do without.
  var isFlag: Bool { kind == .action || kind == .toggle }

  /// `ROSTER_PG_CONNECTIONS` for `pg-connections`: the variable of a setting that names no other.
  public static func defaultEnvironment(_ name: String) -> String {
    "ROSTER_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }
}

/// An option of any type, so that a command can list its options.
public protocol DeclaredOption: Sendable {
  /// The option as data.
  var definition: OptionDefinition { get }
}
