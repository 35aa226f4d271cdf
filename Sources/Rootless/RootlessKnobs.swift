import LinuxSystem

/// The settings of a machine that decide whether its users may make namespaces; `nil` where the kernel has no such
/// setting.
public struct RootlessKnobs: Hashable, Sendable {
    /// `kernel.unprivileged_userns_clone`: Debian's own, 0 forbids.
    public var unprivilegedClone: Int?
    /// `user.max_user_namespaces` and its kin: how many a user may have.
    public var maxUser: Int?
    public var maxMount: Int?
    public var maxNetwork: Int?
    /// `kernel.apparmor_restrict_unprivileged_userns`: Ubuntu's own since 23.10, 1 takes all capabilities away inside.
    public var appArmor: Int?
    /// A seccomp filter is in place, as in containers.
    public var isFiltered: Bool
    /// The kernel has user namespaces.
    public var hasUserNamespaces: Bool

    public init(
        unprivilegedClone: Int? = nil, maxUser: Int? = nil, maxMount: Int? = nil, maxNetwork: Int? = nil,
        appArmor: Int? = nil, isFiltered: Bool = false, hasUserNamespaces: Bool = true
    ) {
        self.unprivilegedClone = unprivilegedClone
        self.maxUser = maxUser
        self.maxMount = maxMount
        self.maxNetwork = maxNetwork
        self.appArmor = appArmor
        self.isFiltered = isFiltered
        self.hasUserNamespaces = hasUserNamespaces
    }

    /// Those of this machine, as this process finds them.
    public static var here: RootlessKnobs {
        let status = (try? Files.read("/proc/self/status", limit: 65_536)) ?? ""
        // SECCOMP_MODE_FILTER is 2.
        let isFiltered = status.split(separator: "\n").contains { $0.hasPrefix("Seccomp:") && $0.hasSuffix("2") }
        return RootlessKnobs(
            unprivilegedClone: number("kernel/unprivileged_userns_clone"), maxUser: number("user/max_user_namespaces"),
            maxMount: number("user/max_mnt_namespaces"), maxNetwork: number("user/max_net_namespaces"),
            appArmor: number("kernel/apparmor_restrict_unprivileged_userns"), isFiltered: isFiltered,
            hasUserNamespaces: Files.exists("/proc/self/ns/user"))
    }

    private static func number(_ key: String) -> Int? {
        let text = try? Files.read("/proc/sys/\(key)", limit: 64)
        return text?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }
}
