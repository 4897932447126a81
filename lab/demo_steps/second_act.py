"""The demo's second act: everything is mended, and then an advisory comes that was not there before.

It tells on from a Story, whose cluster and database it uses.
"""

import json
import time

from . import quarantine
from .laboratory import NAMESPACE, WORKLOADS, Failure, is_rolled_out, run, wait_for, BINARY

HELD_BACK = "CVE-2024-4340"  # sqlparse of PyPI, High, fixed in 0.5.0
WORKLOAD = ("shop", "newsletter")
PACKAGE = "sqlparse"
SOON = 5  # seconds: what it may take from the file's rename to the quarantine


class SecondAct:
    def __init__(self, story):
        self.story, self.screen, self.lab = story, story.screen, story.lab

    def tell(self):
        self.mended()
        self.advisory()
        self.explained()

    def mended(self):
        with self.screen.step("Second act: the rest is mended, an application comes, all is well"):
            self.screen.say("kubectl set image daemonset/log-shipper, to the clean image as well")
            self.lab.kubectl(
                "set",
                "image",
                "daemonset/log-shipper",
                f"*={self.story.clean_image}",
                "--namespace=data",
            )
            self.screen.say("kubectl apply -f lab/workloads/second-act.yaml: shop/newsletter")
            self.lab.apply(WORKLOADS / "second-act.yaml")
            self.story.wait("both rollouts", self.is_rolled_out)
            expected = {"violated": 0, "unknown": 3, "passed": 10, "quarantined": 0}
            self.story.wait(
                f"the policy's status to say {expected}",
                lambda: self.story.status_says(expected),
            )
            for namespace in ("shop", "data"):
                self.story.wait(
                    f"the end of all quarantines in {namespace}",
                    lambda n=namespace: not quarantine.remains(self.lab, n),
                )
            self.screen.seen(
                "status of the policy: nothing is violated, nothing quarantined, 10 workloads passed"
            )

    def advisory(self):
        with self.screen.step(f"The next day's database has {HELD_BACK}, which was held back"):
            old, new = self.story.first_database, self.story.database
            said = json.loads(run(BINARY, "db", "diff", old, new, "--output=json"))
            for record in said["advisories"]:
                packages = ", ".join(f"{p['name']} ({p['ecosystem']})" for p in record["packages"])
                self.screen.say(
                    f"narrows db diff: {record['change']} {record['id']}: {packages}", mark="- "
                )
            if not said["advisories"]:
                raise Failure("narrows db diff finds no difference between the two databases")
            self.lab.stage_database(new)
            renamed = time.monotonic()
            self.lab.rename_database()
            with self.screen.waiting("the quarantine"):
                wait_for(f"the quarantine of {'/'.join(WORKLOAD)}", self.all_labelled)
            took = time.monotonic() - renamed
            self.story.wait("its NetworkPolicy", lambda: not self.story.faults(*WORKLOAD))
            self.screen.seen(
                f"{'/'.join(WORKLOAD)} is isolated {took:.1f} s after the file was renamed into place"
            )
            if took > SOON:
                self.screen.say(
                    f"That is more than {SOON} s, on a machine as busy as this one.", "yellow"
                )
            pods = quarantine.living_pods(self.lab, *WORKLOAD)
            self.screen.say(f"says the pod: {quarantine.record(pods[0])['reason']}")
            expected = {"violated": 1, "unknown": 3, "passed": 9, "quarantined": 1}
            self.story.wait(
                f"the policy's status to say {expected}",
                lambda: self.story.status_says(expected),
            )
            self.screen.seen("nothing else changed its verdict")
            self.show_comparison()

    def explained(self):
        with self.screen.step(f"Why? `narrows why {HELD_BACK}`, run in the pod of Narrows"):
            answer = json.loads(self.lab.narrows("why", HELD_BACK, "--output=json"))
            hit = {
                (workload["namespace"], workload["name"], package["name"], package["fixedVersion"])
                for image in answer["images"]
                for workload in image["workloads"]
                for package in image["packages"]
            }
            if hit != {(*WORKLOAD, PACKAGE, "0.5.0")}:
                raise Failure(f"narrows why {HELD_BACK} names {sorted(hit)}")
            self.screen.block(self.lab.narrows("why", HELD_BACK))

    # -- what they share

    def is_rolled_out(self):
        return is_rolled_out(self.lab.get("daemonset", "log-shipper", "data")) and is_rolled_out(
            self.lab.get("deployment", WORKLOAD[1], WORKLOAD[0])
        )

    def all_labelled(self):
        pods = quarantine.living_pods(self.lab, *WORKLOAD)
        return pods and all(quarantine.is_labelled(pod) for pod in pods)

    def show_comparison(self):
        """What Narrows logged of looking back."""
        log = self.lab.kubectl("logs", "deployment/narrows", f"--namespace={NAMESPACE}", "--tail=200")
        for line in reversed(log.splitlines()):
            if "advisories changed" not in line:
                continue
            said = json.loads(line)
            if said["images"] != "1":
                raise Failure(f"one image has {PACKAGE}, but Narrows judged {said['images']} again")
            differ = "record differs" if said["records"] == "1" else "records differ"
            self.screen.say(
                f"its log: {said['records']} {differ}, 1 image to judge again,"
                f" found in {said['milliseconds']} ms"
            )
            return
        raise Failure("Narrows did not log what changed")
