"""N hosts on one Linux bridge by mininet: prints seconds to come up and seconds to go down. To be run by the bench in
network, mount and process namespaces of its own: mininet names nothing of its own `nlt-bench-…`."""

from __future__ import annotations

import sys
import time

from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo

setLogLevel("critical")
begin = time.perf_counter()
net = Mininet(topo=SingleSwitchTopo(int(sys.argv[1])), switch=LinuxBridge, controller=None, ipBase="10.0.0.0/16")
net.start()
up = time.perf_counter() - begin
begin = time.perf_counter()
net.stop()
print(up, time.perf_counter() - begin)
