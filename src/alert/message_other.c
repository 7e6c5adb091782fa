/* SPDX-License-Identifier: MIT */
/* What all events say that are no exposure: notebooks, scopes, sinks, exceptions, drills. Called by
 * message.c. */
#include <string.h>

#include "alert/message_build.h"
#include "base/json.h"
#include "base/macros.h"

void message_notebook(struct message *message, json_object *event, struct str *headline)
{
	json_object *notebook = json_member_object(event, "notebook");
	const char *type = member_text(event, "type"), *what = strchr(type, '.');

	str_addf(headline, "🔵 Notebook %s: ", what != NULL ? what + 1 : type);
	text_add(headline, member_text(notebook, "name"));
	message_add_place(message, notebook);
	message_add_text(message, "Status", notebook, "status");
	message_add_text(message, "Root access", notebook, "root_access");
	message_add_text(message, "Direct internet access", notebook, "direct_internet_access");
	message_add_changes(message, event, "What changed");
}

/* By the name of an aws_error_kind. */
static const char *advice_for(const char *error_kind)
{
	static const char credentials[] = "Look at the account's credentials: the role, its trust "
					  "policy, the external id, the profile.";
	static const char region[] = "Enable the region for the account, or take it out of regions "
				     "in sagewatch.conf.";
	static const char network[] = "Look at the way to AWS: DNS, proxy, firewall, VPC endpoint.";
	static const struct {
		const char *kind, *advice;
	} advices[] = {
		{ "no-credentials", credentials },
		{ "expired", credentials },
		{ "bad-credentials", credentials },
		{ "denied", "Give the role the policy of contrib/iam: it only reads." },
		{ "region-off", region },
		{ "no-service", region },
		{ "throttled", "Others use up the account's share of the API: lower "
			       "max-requests-per-second, or ask AWS for more." },
		{ "skewed", "Set this machine's clock: AWS refuses what is signed at another "
			    "time." },
		{ "network", network },
		{ "timeout", network },
	};

	for (size_t i = 0; i < ARRAY_SIZE(advices); i++)
		if (same(error_kind, advices[i].kind))
			return advices[i].advice;
	return "sagewatchctl scopes shows each scope and its error.";
}

static void add_scope_name(struct str *headline, json_object *scope)
{
	if (scope == NULL)
		str_add(headline, "a scope");
	else
		text_add_where(headline, scope);
}

void message_blind(struct message *message, json_object *event, struct str *headline)
{
	json_object *scope = json_member_object(event, "scope");
	struct str meaning = text_new();

	str_add(headline, "🙈 Blind: ");
	add_scope_name(headline, scope);
	str_add(headline, " cannot be observed");
	message_add_place(message, scope);
	message_add_time(message, "Since", scope, "since");
	message_add_number(message, "Failed polls", scope, "failed_polls");
	message_add_number(message, "Open findings", scope, "open_findings");
	message_add_words(message, "Why", member_text(scope, "error"), false);
	str_add(&meaning, "What is exposed there now is not seen.");
	if (member_number(scope, "open_findings") > 0)
		str_add(&meaning, " Its open findings stay open, unverified.");
	message_add_part(message, "What it means", &meaning, false);
	message_add_words(
		message, "What to do", advice_for(member_text(scope, "error_kind")), false);
}

void message_restored(struct message *message, json_object *event, struct str *headline)
{
	json_object *scope = json_member_object(event, "scope");
	struct str span = text_new();

	str_add(headline, "✅ Restored: ");
	add_scope_name(headline, scope);
	str_add(headline, " is observed again");
	message_add_place(message, scope);
	if (has_member(scope, "seconds_blind"))
		text_add_span(&span, member_number(scope, "seconds_blind"));
	message_add_fact(message, "Was blind for", &span);
	message_add_time(message, "Since", scope, "since");
	message_add_words(message, "Why it was", member_text(scope, "error"), false);
	message_add_words(message, "What it means",
		"What changed meanwhile is told as it is found; what changed and was changed back "
		"was not seen.",
		false);
}

void message_suspended(struct message *message, json_object *event, struct str *headline)
{
	json_object *sink = json_member_object(event, "sink");
	struct str command = text_new();

	str_add(headline, "⛔ Alerts to ");
	text_add(headline, either(member_text(sink, "name"), "a webhook"));
	str_add(headline, " are suspended");
	message_add_text(message, "Webhook", sink, "name");
	message_add_text(message, "Why", sink, "error");
	message_add_number(message, "Waiting", sink, "pending");
	message_add_words(message, "What it means",
		"The receiver refuses us for good. Nothing is sent there any more; its queue is "
		"kept.",
		false);
	message_add_words(message, "What to do",
		"Correct its URL or key in sagewatch.conf and reload, or:", false);
	str_add(&command, "sagewatchctl resume ");
	text_add(&command, member_text(sink, "name"));
	message_add_part(message, "Command", &command, true);
}

void message_resumed(struct message *message, json_object *event, struct str *headline)
{
	json_object *sink = json_member_object(event, "sink");

	str_add(headline, "✅ Alerts to ");
	text_add(headline, either(member_text(sink, "name"), "a webhook"));
	str_add(headline, " are resumed");
	message_add_text(message, "Webhook", sink, "name");
	message_add_number(message, "Waiting", sink, "pending");
}

void message_exception(struct message *message, json_object *event, struct str *headline)
{
	json_object *exception = json_member_object(event, "exception");

	str_add(headline, "⏳ An exception ends soon: ");
	text_add(headline, member_text(exception, "name"));
	message_add_text(message, "Exception", exception, "name");
	message_add_text(message, "Owner", exception, "owner");
	message_add_time(message, "Ends", exception, "expires_at");
	message_add_words(message, "It was given for", member_text(exception, "reason"), false);
	message_add_words(message, "What to do",
		"Remedy the notebooks that it allows, or renew it: when it ends they are told of "
		"as exposed.",
		false);
}

void message_drill(struct message *message, json_object *event, struct str *headline)
{
	str_add(headline, "🔔 Drill: this is only a test");
	message_add_number(message, "Asked for by uid", event, "by_uid");
	message_add_words(message, "Note", member_text(event, "note"), false);
	message_add_words(message, "What it means",
		"Alerts reach this place. Nothing is exposed by it.", false);
}

void message_unknown(struct message *message, json_object *event, struct str *headline)
{
	text_add(headline, either(member_text(event, "type"), "an event"));
	message_add_place(message, place_of(event));
}
