import Foundation

/// How much the tests do: enough for a look by default, the sizes that were promised with `ROSTER_FULL=1`.
public enum Scale {
  /// True with the sizes that were promised.
  public static let isFull = ProcessInfo.processInfo.environment["ROSTER_FULL"] == "1"
}
