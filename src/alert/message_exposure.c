/* SPDX-License-Identifier: MIT */
/* What the exposure.* events say: the reason why sagewatch is run. Called by message.c. */
#include <inttypes.h>

#include "alert/message_build.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/utf8.h"

#define GROUPS_SHOWN 8
#define OLDEST_SHOWN 10
#define NAME_POINTS  63 /* the longest name of a notebook */
#define TITLE_POINTS 60

static void add_headline_rule(struct str *headline, json_object *event)
{
	json_object *rule = json_member_object(event, "rule");

	text_add(headline,
		either(member_text(json_member_object(event, "notebook"), "name"), "a notebook"));
	str_add(headline, ": ");
	text_add(headline,
		either(either(member_text(rule, "title"), member_text(rule, "id")), "an exposure"));
}

static void add_why(struct message *message, json_object *event)
{
	json_object *rule = json_member_object(event, "rule");

	message_add_words(message, "Why it matters", member_text(rule, "why"), false);
}

static void add_remedy(struct message *message, json_object *event)
{
	json_object *remediation = json_member_object(event, "remediation");

	message_add_words(message, "What to do", member_text(remediation, "text"), false);
	message_add_words(message, "Command", member_text(remediation, "cli"), true);
}

static void add_exposure_facts(struct message *message, json_object *event)
{
	json_object *notebook = json_member_object(event, "notebook");

	message_add_place(message, notebook);
	message_add_text(message, "Severity", event, "severity");
	message_add_text(message, "Rule", json_member_object(event, "rule"), "id");
	message_add_text(message, "Status", notebook, "status");
}

void message_opened(struct message *message, json_object *event, struct str *headline)
{
	static const struct {
		const char *reason, *words;
	} hows[] = {
		{ "created", "It is a new notebook." },
		{ "replaced", "It replaced another notebook of the same name." },
		{ "baseline", "It was so before watching began." },
		{ "rule", "The rule is new or was changed; the notebook was not." },
	};

	str_addf(headline, "%s Exposed: ", severity_mark(member_text(event, "severity")));
	add_headline_rule(headline, event);
	add_exposure_facts(message, event);
	for (size_t i = 0; i < ARRAY_SIZE(hows); i++)
		if (same(member_text(event, "reason"), hows[i].reason))
			message_add_words(message, "How", hows[i].words, false);
	message_add_changes(message, event, "What changed");
	add_why(message, event);
	add_remedy(message, event);
}

void message_resolved(struct message *message, json_object *event, struct str *headline)
{
	static const struct {
		const char *reason, *words;
	} hows[] = {
		{ "deleted", "The notebook was deleted." },
		{ "replaced", "The notebook was replaced by another of the same name." },
		{ "excepted", "An exception of the configuration now allows it." },
		{ "rule", "The rule was changed or removed; the notebook was not." },
	};
	struct str span = text_new();

	str_add(headline, "✅ Resolved: ");
	add_headline_rule(headline, event);
	add_exposure_facts(message, event);
	if (has_member(event, "seconds_open"))
		text_add_span(&span, member_number(event, "seconds_open"));
	message_add_fact(message, "Was open for", &span);
	message_add_time(message, "Opened", json_member_object(event, "finding"), "opened_at");
	for (size_t i = 0; i < ARRAY_SIZE(hows); i++)
		if (same(member_text(event, "reason"), hows[i].reason))
			message_add_words(message, "How", hows[i].words, false);
	message_add_changes(message, event, "What changed");
}

void message_reminder(struct message *message, json_object *event, struct str *headline)
{
	str_addf(headline, "%s Still exposed", severity_mark(member_text(event, "severity")));
	if (has_member(event, "seconds_open")) {
		str_add(headline, " after ");
		text_add_span(headline, member_number(event, "seconds_open"));
	}
	str_add(headline, ": ");
	add_headline_rule(headline, event);
	add_exposure_facts(message, event);
	message_add_time(message, "Opened", json_member_object(event, "finding"), "opened_at");
	message_add_changes(message, event, "What opened it");
	add_why(message, event);
	add_remedy(message, event);
	message_add_words(message, "To be reminded no more",
		"sagewatchctl ack says that you know; an exception says that it is meant to be.",
		false);
}

void message_flapping(struct message *message, json_object *event, struct str *headline)
{
	str_add(headline, "🔁 Flapping: ");
	add_headline_rule(headline, event);
	add_exposure_facts(message, event);
	message_add_number(message, "Opened and resolved", event, "transitions");
	message_add_words(message, "Why you hear of it once",
		"It opens and resolves again and again within a day. Until it rests, the single "
		"turns stand in the journal only.",
		false);
	message_add_words(message, "What to do",
		"Find out who or what toggles it: look for UpdateNotebookInstance and "
		"CreateNotebookInstance of this notebook in CloudTrail.",
		false);
}

/* {"aws-sagemaker-001": 12, …} as lines. */
static void add_groups(
	struct message *message, const char *title, json_object *baseline, const char *name)
{
	json_object *groups = json_member_object(baseline, name);
	struct str text = text_new();
	size_t shown = 0, left = 0;

	if (groups != NULL) {
		json_object_object_foreach (groups, key, count) {
			if (shown == GROUPS_SHOWN) {
				left++;
				continue;
			}
			str_add(&text, shown++ > 0 ? "\n" : "");
			text_add(&text, key);
			str_addf(&text, ": %" PRId64, json_object_get_int64(count));
		}
		if (left > 0)
			str_addf(&text, "\nand %zu more", left);
	}
	message_add_part(message, title, &text, false);
}

static void add_oldest(struct message *message, json_object *baseline)
{
	json_object *oldest = json_member_array(baseline, "oldest");
	size_t count = oldest == NULL ? 0 : json_object_array_length(oldest);
	struct str text = text_new();

	for (size_t i = 0; i < MIN(count, (size_t)OLDEST_SHOWN); i++) {
		json_object *row = json_object_array_get_idx(oldest, i);
		const char *created = member_text(row, "created_at");

		str_addf(&text, "%s%s ", i > 0 ? "\n" : "",
			severity_mark(member_text(row, "severity")));
		utf8_add_clean(&text, member_text(row, "notebook"), NAME_POINTS);
		str_add(&text, " (");
		text_add_where(&text, row);
		str_add(&text, "): ");
		utf8_add_clean(&text, either(member_text(row, "title"), member_text(row, "rule")),
			TITLE_POINTS);
		if (created[0] != '\0')
			str_addf(&text, ", created %.10s", created);
	}
	message_add_part(message, "The oldest", &text, false);
}

void message_baseline(struct message *message, json_object *event, struct str *headline)
{
	json_object *baseline = json_member_object(event, "baseline");

	str_addf(headline, "%s %" PRId64 " exposures were there before watching began",
		severity_mark(either(member_text(event, "severity"), "high")),
		member_number(baseline, "total"));
	message_add_number(message, "Findings", baseline, "total");
	message_add_number(message, "Notebooks", baseline, "notebooks");
	message_add_number(message, "Scopes", baseline, "scopes");
	add_groups(message, "By rule", baseline, "by_rule");
	add_groups(message, "By account", baseline, "by_account");
	add_groups(message, "By region", baseline, "by_region");
	add_oldest(message, baseline);
	message_add_words(message, "All of them, with remedies", "sagewatchctl findings -R", true);
}
