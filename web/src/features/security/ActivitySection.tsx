import { useInfiniteQuery } from "@tanstack/react-query";

import { useText } from "../../app/i18n";
import { ActivityEntry } from "../activity/ActivityEntry";
import { Listing } from "../Listing";
import { activityQuery } from "./queries";
import { Section } from "./Section";

export function ActivitySection() {
  const words = useText().security.activity;
  return (
    <Section id="activity" title={words.title} body={words.body}>
      <Listing query={useInfiniteQuery(activityQuery)} keyOf={({ id }) => id} empty={words.none}>
        {(activity) => <ActivityEntry activity={activity} />}
      </Listing>
    </Section>
  );
}
