/// The release that all three programs belong to.
public enum Release {
  /// Its version, by semantic versioning.
  public static let version = "0.1.0"
  /// The day that its manual pages and its package carry: that of the last change to either.
  public static let date = "2026-11-26"
}
