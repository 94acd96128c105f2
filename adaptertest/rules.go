package adaptertest

import "slices"

// allRules returns the rules in the order in which they are run.
func allRules() []rule {
	return slices.Concat(
		userRules, updateUserRules,
		accountRules,
		sessionRules, updateSessionRules,
		verificationTokenRules, tokenReaderRules,
		authenticatorRules,
		sessionListerRules,
		sessionRevokerRules, sessionToucherRules, authenticatorRemoverRules,
		accountListerRules,
		accountUpdaterRules, registrarRules,
		transactorRules, userLockerRules, accountLockerRules, registerRules, unlinkRules, refresherRules,
		sweeperRules, secretConverterRules,
		keyRules(), idRules,
		userCreator.rules(), accountCreator.rules(), sessionCreator.rules(), tokenCreator.rules(), authenticatorCreator.rules(),
		userIDRules,
		instantRules,
		userCreator.extraRules(), accountCreator.extraRules(), sessionCreator.extraRules(), tokenCreator.extraRules(),
		authenticatorCreator.extraRules(), userExtraRules,
		softDeleteRules,
		argumentRules,
		errorRules,
		contextRules(),
		configurationRules,
		concurrencyRules,
	)
}
