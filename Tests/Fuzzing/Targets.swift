extension FuzzTarget {
    /// Every parser that reads what others wrote: users, the kernel, peers on the network, a killed netlab.
    public static let all: [FuzzTarget] =
        FileTargets.all + ImportTargets.all + NetlinkTargets.all + ProbeTargets.all + ServiceTargets.all
}
